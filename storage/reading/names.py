"""What columns are usually called, and the contact field that is meant."""

import re

_SYNONYMS: dict[str, str] = {
    "external_id": "external_id|customer_id|customerid|customer_no|customer_number|client_id|user_id|userid|member_id"
    "|contact_id|cust_id|id|客户编号|客户号|客户id|会员号|会员编号|用户id|mã_khách_hàng|mã_kh",
    "email": "email|e_mail|email_address|emailaddress|mail|mail_address|e_mail_address|邮箱|电子邮箱|邮件|电子邮件"
    "|邮箱地址|thư_điện_tử|địa_chỉ_email",
    "phone": "phone|phone_number|phonenumber|mobile|mobile_phone|mobile_number|cell|cellphone|cell_phone|tel|telephone"
    "|手机|手机号|手机号码|电话|电话号码|联系电话|điện_thoại|số_điện_thoại|sđt|di_động",
    "first_name": "first_name|firstname|given_name|givenname|forename|名|名字|tên",
    "last_name": "last_name|lastname|surname|family_name|familyname|姓|姓氏|họ",
    "timezone": "timezone|time_zone|时区|múi_giờ",
    "country": "country|country_code|国家|国家/地区|quốc_gia|nước",
    "language": "language|lang|locale|语言|ngôn_ngữ",
    "owner": "owner|account_owner|sales_owner|负责人|所属销售|người_phụ_trách",
    "stage": "stage|lifecycle_stage|阶段|giai_đoạn",
    "score": "score|lead_score|评分|điểm",
    "wecom_id": "wecom_id|wecom|external_userid|企业微信|企业微信id",
    "open_id": "open_id|openid|微信openid",
    "push_token": "push_token|device_token|registration_id",
    "tags": "tags|tag|labels|标签|nhãn|thẻ",
}
_FIELD_OF = {alias: field for field, aliases in _SYNONYMS.items() for alias in aliases.split("|")}
_BETWEEN = re.compile(r"[\s\-_.]+")
CONSENT = "consent_"


def plain_name(heading: str) -> str:
    """A heading without case, spaces and dashes."""
    return _BETWEEN.sub("_", heading.strip().casefold()).strip("_")


def known_column(heading: str) -> str | None:
    """The contact field, `tags` or `consent_<channel>` that a heading stands for; None where it is unknown."""
    plain = plain_name(heading)
    if plain.startswith(CONSENT) and len(plain) > len(CONSENT):
        return plain
    return _FIELD_OF.get(plain)
