package demo

// The words that the generator chooses from. Names of people are common ones
// from many places, put together by chance.

type department struct {
	name, code string
	hospital   int // index of hospitals
	weight     int // share of visits
	inpatient  int // percent of its visits that stay overnight
	wards      []string
	codes      []diagnosis
}

type diagnosis struct{ code, text string }

func hospitals() [][2]string {
	return [][2]string{{"North Campus", "Aldenburg"}, {"Lakeside Clinic", "Seehaven"}, {"City Hospital", "Aldenburg"}}
}

func departments() []department {
	return []department{
		{"Emergency", "EME", 0, 22, 15, []string{"Observation"}, []diagnosis{
			{"S06.0", "concussion"}, {"R07.4", "chest pain"}, {"T78.2", "anaphylactic shock"}, {"S52.5", "fracture of the lower radius"}}},
		{"Cardiology", "CAR", 0, 14, 45, []string{"Heart failure", "Chest pain unit"}, []diagnosis{
			{"I21.9", "myocardial infarction"}, {"I50.9", "heart failure"}, {"I48.9", "atrial fibrillation"}, {"I10", "hypertension"}}},
		{"Surgery", "SUR", 0, 12, 70, []string{"General surgery", "Day surgery"}, []diagnosis{
			{"K35.8", "appendicitis"}, {"K40.9", "inguinal hernia"}, {"K80.2", "gallstones"}}},
		{"Neurology", "NEU", 0, 8, 50, []string{"Stroke unit"}, []diagnosis{
			{"I63.9", "stroke"}, {"G40.9", "epilepsy"}, {"G43.9", "migraine"}}},
		{"Orthopaedics", "ORT", 1, 9, 55, []string{"Joints", "Spine"}, []diagnosis{
			{"M16.9", "arthrosis of the hip"}, {"M17.9", "arthrosis of the knee"}, {"M54.5", "low back pain"}}},
		{"Oncology", "ONC", 1, 7, 40, []string{"Oncology east", "Oncology west"}, []diagnosis{
			{"C50.9", "breast cancer"}, {"C34.9", "lung cancer"}, {"C61", "prostate cancer"}, {"C18.9", "colon cancer"}}},
		{"Geriatrics", "GER", 1, 5, 85, []string{"Garden wing"}, []diagnosis{
			{"F03", "dementia"}, {"S72.0", "fracture of the femoral neck"}, {"I50.9", "heart failure"}}},
		{"Paediatrics", "PAE", 2, 9, 30, []string{"Children"}, []diagnosis{
			{"J45.9", "asthma"}, {"J20.9", "bronchitis"}, {"A09", "gastroenteritis"}}},
		{"Maternity", "MAT", 2, 8, 75, []string{"Maternity", "Newborns"}, []diagnosis{
			{"O80", "delivery"}, {"O82", "delivery by caesarean"}, {"P59.9", "jaundice of the newborn"}}},
		{"Psychiatry", "PSY", 2, 6, 60, []string{"Open ward", "Closed ward"}, []diagnosis{
			{"F32.9", "depression"}, {"F41.9", "anxiety disorder"}, {"F10.2", "alcohol dependence"}}},
	}
}

func firstNames() []string {
	return []string{"Maria", "Ana", "Luca", "Noah", "Emma", "Elif", "Yusuf", "Amara", "Chidi", "Mei", "Wei", "Sofia", "Jonas",
		"Hanna", "Ivan", "Olga", "Priti", "Arjun", "Fatima", "Omar", "Lena", "Paul", "Greta", "Karl", "Ingrid", "Sven", "Rosa",
		"Pedro", "Lucia", "Diego", "Aisha", "Tariq", "Naomi", "Kenji", "Yuki", "Grace", "Liam", "Zoe", "Hugo", "Marta", "Nils",
		"Eva", "Jan", "Clara", "Felix", "Mila", "Oskar", "Ida", "Anton", "Ruth"}
}

func lastNames() []string {
	return []string{"Keller", "Okafor", "Yilmaz", "Chen", "Rossi", "Novak", "Haddad", "Larsen", "Silva", "Kowalski", "Tanaka",
		"Nguyen", "Weber", "Fischer", "Moreau", "Dubois", "Garcia", "Lopez", "Patel", "Sharma", "Kim", "Park", "Andersen",
		"Berg", "Virtanen", "Horvat", "Popescu", "Ivanov", "Petrov", "Costa", "Santos", "Mensah", "Abebe", "Ali", "Rahman",
		"Schmidt", "Meyer", "Wagner", "Becker", "Hofmann", "Klein", "Vogel", "Winter", "Sommer", "Lang", "Brandt", "Murphy",
		"Byrne", "Evans", "Clarke"}
}

func cities() []string {
	return []string{"Aldenburg", "Seehaven", "Marlow Heath", "Upper Linden", "Karlsbruck", "Westmere"}
}

// notes hold %s for a family name: free text is where personal data hide.
func notes() []string {
	return []string{
		"Patient reports feeling better since the last visit.",
		"Family of %s informed by phone.",
		"Allergic to penicillin. Contact: %s, daughter.",
		"Slept badly; asked for a second opinion.",
		"Referred by Dr. %s. Follow-up in six weeks.",
		"Declined the scan. Discussed with Mr. %s.",
	}
}
